"""Tables that every kind of record shares."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, Tenant, TenantRow, link

PUBLIC, PRIVATE, HIDDEN = "public", "private", "hidden"
VISIBILITIES = (PUBLIC, PRIVATE, HIDDEN)
ALIVE = text("deleted_at is null")
# The columns that copy the holders of each role.
COPIES = {"participant": "participant_ids", "owner": "further_owner_ids"}


class Record(TenantRow, Base):
    """One business row of any kind; its own columns stand in the table of its kind.

    `sort_name` is the name as sorted (last name first), `sort_key` its order by the rules of
    Polish. `version` rises by one with every change set that touches the record.
    `participant_ids` and `further_owner_ids` copy the holders for the access rule; triggers of the
    database keep them true, None where there are none.
    """

    __tablename__ = "core_record"
    __table_args__ = (
        link("owner_id", "core_user", ondelete="SET NULL"),
        link("created_by_id", "core_user", ondelete="SET NULL"),
        link("updated_by_id", "core_user", ondelete="SET NULL"),
        link("deleted_by_id", "core_user", ondelete="SET NULL"),
        CheckConstraint("visibility in ('public', 'private', 'hidden')", name="visibility"),
        Index(
            "ix_core_record_name", "account_id", "kind", "sort_key", "id", postgresql_where=ALIVE
        ),
        Index(
            "ix_core_record_updated",
            "account_id",
            "kind",
            "updated_at",
            "id",
            postgresql_where=ALIVE,
        ),
        Index(
            "ix_core_record_created",
            "account_id",
            "kind",
            "created_at",
            "id",
            postgresql_where=ALIVE,
        ),
        Index(
            "ix_core_record_owner", "account_id", "kind", "owner_id", "id", postgresql_where=ALIVE
        ),
        Index(
            "ix_core_record_visibility",
            "account_id",
            "kind",
            "visibility",
            "id",
            postgresql_where=ALIVE,
        ),
        Index(
            "ix_core_record_trash",
            "account_id",
            "kind",
            "deleted_at",
            "id",
            postgresql_where=text("deleted_at is not null"),
        ),
    )
    is_guarded = True

    kind: Mapped[str]
    name: Mapped[str]
    sort_name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("core_sort_key(sort_name)", persisted=True)
    )
    owner_id: Mapped[int | None]
    visibility: Mapped[str] = mapped_column(default=PUBLIC)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_by_id: Mapped[int | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None]
    participant_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger), deferred=True)
    further_owner_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger), deferred=True)


class Holder(Part, TenantRow, Base):
    """A participant (user or team) or further owner of a record, since when and by whom."""

    __tablename__ = "core_holder"
    __table_args__ = (
        link("record_id", "core_record"),
        link("principal_id", "core_principal"),
        link("added_by_id", "core_user", ondelete="SET NULL"),
        UniqueConstraint("account_id", "record_id", "principal_id", "role"),
        CheckConstraint("role in ('owner', 'participant')", name="role"),
        Index("ix_core_holder_principal", "account_id", "principal_id", "record_id"),
        Index(
            "ix_core_holder_owner",
            "account_id",
            "principal_id",
            "record_id",
            postgresql_where=text("role = 'owner'"),
        ),
    )
    field_key = "participants"

    record_id: Mapped[int]
    principal_id: Mapped[int]
    role: Mapped[str] = mapped_column(default="participant")
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by_id: Mapped[int | None]


class Label(TenantRow, Base):
    """A name that records may carry: a group, a tag, a source.

    `family` says which list it belongs to (`tag`, `group.contacts`, `source`); `name_key` is the
    folded name, unique in the family.
    """

    __tablename__ = "core_label"
    __table_args__ = (UniqueConstraint("account_id", "family", "name_key"),)

    family: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    is_retired: Mapped[bool] = mapped_column(default=False)


class RecordLabel(Part, Base):
    """A group or tag on a record."""

    __tablename__ = "core_record_label"
    __table_args__ = (
        link("record_id", "core_record"),
        link("label_id", "core_label"),
        Index("ix_core_record_label_label", "account_id", "label_id", "record_id"),
    )

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    label_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    field: Mapped[str]


class SearchDocument(Part, Base):
    """What a record is found by: all suffixes of its folded words, those of the name marked A.

    Derived rows: a trigger of the database removes them with their record.
    """

    __tablename__ = "core_search"
    __table_args__ = (Index("ix_core_search_document", "document", postgresql_using="gin"),)

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(TSVECTOR)


class MatchKey(Part, Base):
    """One key by which a record is recognised as the same; see `core.records.matching`.

    Derived rows: a trigger of the database removes them with their record.
    """

    __tablename__ = "core_match"
    __table_args__ = (Index("ix_core_match_record", "account_id", "record_id"),)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class FormToken(Tenant, Base):
    """A form that was sent: sent twice, it leads to what the first sending made."""

    __tablename__ = "core_form_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
