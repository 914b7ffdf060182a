"""Files that no reader is fond of: cut off, lying, endless, in no encoding. Made by a generator with a fixed seed."""
