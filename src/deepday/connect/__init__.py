"""The ports that a connector satisfies, and how connectors are found."""

from deepday.connect.ports import PORT_VERSION
from deepday.connect.ports.account import Account, Capabilities, Degraded, Port, satisfied
from deepday.connect.ports.answering import InvitationResponder
from deepday.connect.ports.asking import PointPersonAsker
from deepday.connect.ports.deliveries import Delivered, Delivery, DeliveryReader, DeliverySource
from deepday.connect.ports.ending import GrantEnder
from deepday.connect.ports.files import (
    ActivityFileReader,
    ActivityReading,
    CalendarFileReader,
    CalendarReading,
    FileSources,
    Progress,
    ReadContext,
    Validators,
    no_progress,
)
from deepday.connect.ports.making import CalendarMaker
from deepday.connect.ports.messaging import ChangeNotifier, Messenger, RequestSource
from deepday.connect.ports.office import OfficeLife, OfficeServer, Sample, SampleWriter, ServedOffice
from deepday.connect.ports.opening import AccountProvider, Dialogue, Feature, SignedIn, SignInOption
from deepday.connect.ports.reading import ActivityListener, ActivityReader, BatchedReader, CalendarReader
from deepday.connect.ports.requests import MailAnswerer, PeopleFinder, RequestHistory, SecondChannel, TellsGaps
from deepday.connect.ports.settings import (
    AutoReplyWriter,
    DoNotDisturbWriter,
    PresenceWriter,
    SettingsBatcher,
    StatusWriter,
)
from deepday.connect.ports.tokens import Refresh, TokenKeeper
from deepday.connect.ports.writing import EventWriter
from deepday.connect.registry import ConnectorInfo, available, load
from deepday.connect.restoring import Restoration, Restored, restoration

__all__ = [
    "PORT_VERSION",
    "Account",
    "AccountProvider",
    "ActivityFileReader",
    "ActivityListener",
    "ActivityReader",
    "ActivityReading",
    "AutoReplyWriter",
    "BatchedReader",
    "CalendarFileReader",
    "CalendarMaker",
    "CalendarReader",
    "CalendarReading",
    "Capabilities",
    "ChangeNotifier",
    "ConnectorInfo",
    "Degraded",
    "Delivered",
    "Delivery",
    "DeliveryReader",
    "DeliverySource",
    "Dialogue",
    "DoNotDisturbWriter",
    "EventWriter",
    "Feature",
    "FileSources",
    "GrantEnder",
    "InvitationResponder",
    "MailAnswerer",
    "Messenger",
    "OfficeLife",
    "OfficeServer",
    "PeopleFinder",
    "PointPersonAsker",
    "Port",
    "PresenceWriter",
    "Progress",
    "ReadContext",
    "Refresh",
    "RequestHistory",
    "RequestSource",
    "Restoration",
    "Restored",
    "Sample",
    "SampleWriter",
    "SecondChannel",
    "ServedOffice",
    "SettingsBatcher",
    "SignInOption",
    "SignedIn",
    "StatusWriter",
    "TellsGaps",
    "TokenKeeper",
    "Validators",
    "available",
    "load",
    "no_progress",
    "restoration",
    "satisfied",
]
