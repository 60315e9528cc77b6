"""One class a file: methods that take and give records, each within the caller's transaction."""
