"""What all business rows share: records, their kinds, fields, lists and forms."""
