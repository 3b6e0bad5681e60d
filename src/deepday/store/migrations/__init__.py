"""Alembic's environment: ``env.py`` and one module for each revision."""
