"""Tables of persons and companies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Index, func, literal_column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from core.db import Base, Part, link


class ContactColumns(Part):
    """What persons and companies have in common; the first e-mail and phone are the primary ones.

    A phone is `[number as typed, kind]`, the kind being phone, mobile or fax.
    """

    is_guarded = True

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    emails: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    phones: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    web: Mapped[str | None]
    street: Mapped[str | None]
    postcode: Mapped[str | None]
    city: Mapped[str | None]
    country: Mapped[str | None]
    source_id: Mapped[int | None]
    note: Mapped[str | None]


class Company(ContactColumns, Base):
    """A company."""

    __tablename__ = "contacts_company"
    __table_args__ = (
        link("id", "core_record"),
        link("source_id", "core_label", ondelete="SET NULL"),
    )

    nip: Mapped[str | None]
    regon: Mapped[str | None]


class Person(ContactColumns, Base):
    """A person, of one company or of none."""

    __tablename__ = "contacts_person"
    __table_args__ = (
        link("id", "core_record"),
        link("source_id", "core_label", ondelete="SET NULL"),
        link("company_id", "contacts_company", ondelete="SET NULL"),
        Index("ix_contacts_person_company", "account_id", "company_id", "id"),
    )

    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    position: Mapped[str | None]
    company_id: Mapped[int | None]


def _sorted(model: type[Company | Person], name: str, column: Any) -> None:
    """Index a column in the order of names, so that lists sorted by it need not read all rows."""
    Index(
        f"ix_{model.__tablename__}_{name}",
        model.account_id,
        func.core_sort_key(column).collate("C"),
        model.id,
        postgresql_where=column.is_not(None),
    )


for _model in (Company, Person):
    Index(
        f"ix_{_model.__tablename__}_source",
        _model.account_id,
        _model.source_id,
        _model.id,
        postgresql_where=_model.source_id.is_not(None),
    )
    _sorted(_model, "city", _model.city)
    _sorted(_model, "postcode", _model.postcode)
    _sorted(_model, "email", literal_column("emails[1]"))
    _sorted(_model, "phone", literal_column("(phones -> 0 ->> 0)"))
_sorted(Company, "nip", Company.nip)
_sorted(Person, "position", Person.position)
