"""Reading and drawing the forms about users."""
