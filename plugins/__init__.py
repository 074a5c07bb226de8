"""One folder for each feature; a folder can be deleted and the rest goes on."""
