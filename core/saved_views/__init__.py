"""Views of lists that users save: filter, columns and order, for themselves or shared."""
