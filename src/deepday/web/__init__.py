"""The page of ``deepday serve``: server-rendered, works without script, on loopback. Thin: parse, call app, show."""
