"""The use cases, and the only place that wires settings, store, connectors and clock together."""
