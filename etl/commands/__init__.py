"""The commands, by what they are for. Heavy libraries are imported inside them, so that `--help` answers at once."""
