"""The errors of the project.

    EtlError
    ├── ConfigurationError   a setting, a path or a call is wrong: the run ends at once, exit code 2
    ├── ReferenceDataError   a reference table breaks a rule: names file, row and value
    ├── InputError           one file or record cannot be used: it goes to quarantine, the run goes on
    ├── OutputError          the tables cannot be written: the disk is full, a right is missing
    └── AccountingError      articles in and out do not add up: a fault of the program itself

Every message names the file, the article or the row, the value, and what to do next.
"""


class EtlError(Exception):
    """Any error that the project raises on purpose."""


class ConfigurationError(EtlError):
    """A setting, a path or a call is wrong."""


class ReferenceDataError(EtlError):
    """A reference table breaks one of its rules."""


class InputError(EtlError):
    """One file or record cannot be used.

    Attributes:
        reason: a code of `schemas/codes/reason.csv`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class OutputError(EtlError):
    """The tables cannot be written."""


class AccountingError(EtlError):
    """Articles in do not equal articles out plus quarantined."""
