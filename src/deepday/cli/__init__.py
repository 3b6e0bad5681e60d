"""The command line: parse, call the use case, show. Heavy libraries are imported where they are used."""
