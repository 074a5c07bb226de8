"""The entries of the security log about signing in, as sentences."""

from __future__ import annotations

from typing import Any

from core.contracts import SecurityEvent
from core.i18n import _, lazy, ngettext

_RULES = {
    "nobody": lazy("Two-factor login is no longer required."),
    "administrators": lazy("Two-factor login is required of administrators."),
    "all": lazy("Two-factor login is required of all users."),
}


def _ended(details: dict[str, Any]) -> str:
    return ngettext("%(num)s session was ended.", "%(num)s sessions were ended.", details["count"])


EVENTS = [
    SecurityEvent("password_reset_asked", lazy("Password reset asked for"),
                  lambda _details: _("A link to choose a new password was asked for.")),
    SecurityEvent("password_reset", lazy("Password reset"),
                  lambda _details: _("A new password was chosen by a link.")),
    SecurityEvent("password_changed", lazy("Password changed"),
                  lambda _details: _("The password was changed.")),
    SecurityEvent("second_factor_on", lazy("Two-factor login switched on"),
                  lambda _details: _("Two-factor login was switched on.")),
    SecurityEvent("second_factor_off", lazy("Two-factor login switched off"),
                  lambda _details: _("Two-factor login was switched off.")),
    SecurityEvent("second_factor_reset", lazy("Two-factor login reset"),
                  lambda details: _("The two-factor login of %(name)s was reset.",
                                    name=details["name"])),
    SecurityEvent("second_factor_rule", lazy("Rule of two-factor login changed"),
                  lambda details: str(_RULES[details["who"]])),
    SecurityEvent("recovery_codes_made", lazy("Recovery codes made"),
                  lambda _details: _("New recovery codes were made.")),
    SecurityEvent("recovery_code_used", lazy("Recovery code used"),
                  lambda details: ngettext(
                      "A recovery code was used; %(num)s is left.",
                      "A recovery code was used; %(num)s are left.", details["left"])),
    SecurityEvent("sessions_ended", lazy("Sessions ended"), _ended),
    SecurityEvent("device_forgotten", lazy("Trusted device forgotten"),
                  lambda _details: _("A trusted device has to give codes again.")),
    SecurityEvent("login_change_asked", lazy("Change of login asked for"),
                  lambda details: _("A change of the login to %(email)s was asked for.",
                                    email=details["to"])),
    SecurityEvent("login_changed", lazy("Login changed"),
                  lambda details: _("The login %(old)s was changed to %(new)s.",
                                    old=details["from"], new=details["to"])),
]  # fmt: skip
