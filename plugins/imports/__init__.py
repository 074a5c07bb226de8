"""Import: brings persons, companies and deals in from files, and takes it back."""
