"""Files that people send along: told by content, kept by hash, handed out as downloads."""
