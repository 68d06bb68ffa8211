"""Where parcels are, by who reports it: signed webhooks of several formats, files, and asking."""

from steward.connectors.tracking.of_aftership import AfterShip
from steward.connectors.tracking.of_kuaidi100 import Kuaidi100
from steward.connectors.tracking.of_standard import Standard
from steward.connectors.tracking.of_track17 import Track17

standard = Standard()
kuaidi100 = Kuaidi100()
track17 = Track17()
aftership = AfterShip()

__all__ = ["aftership", "kuaidi100", "standard", "track17"]
