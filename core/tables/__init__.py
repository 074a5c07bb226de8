"""Tables as files: what a cell is, and writing .xlsx, .xls, .ods and .csv."""
