"""The whole of deepday, rehearsed in the sandbox office: real commands, real requests, invented people."""
