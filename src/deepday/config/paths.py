"""Where settings and data live: the platform's folders, unless the environment says otherwise.

=======================  =================================================
``DEEPDAY_CONFIG``       the settings file
``DEEPDAY_DATA``         the folder of the data
``DEEPDAY_DATABASE_URL`` the store: an SQLAlchemy URL, or the path of a file
=======================  =================================================

An empty variable counts as not set. Nothing is made here.
"""

import os
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from deepday.config.acting import ACTING


def config_file() -> Path:
    """Return the path of the settings file, whether it exists or not."""
    named = os.environ.get("DEEPDAY_CONFIG")
    return Path(named).expanduser() if named else user_config_path("deepday", appauthor=False) / "deepday.toml"


def data_folder() -> Path:
    """Return the folder of the data, whether it exists or not."""
    named = os.environ.get("DEEPDAY_DATA")
    return Path(named).expanduser() if named else user_data_path("deepday", appauthor=False)


def key_file() -> Path:
    """Return where the master keys of the tokens are kept where no keyring can."""
    return data_folder() / "master-keys.json"


def database_location() -> str | Path:
    """Return where the store is: the URL that the environment gives, or else a file in the data folder.

    In a database of many it is the part of the person that this thread works for (:mod:`deepday.config.acting`).
    """
    acting = ACTING.get()
    if acting:
        return acting.store
    return os.environ.get("DEEPDAY_DATABASE_URL") or data_folder() / "deepday.sqlite"
