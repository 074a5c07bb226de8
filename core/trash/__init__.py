"""The trash: listing and restoring, deleting for good, erasing personal data, emptying by the clock."""
