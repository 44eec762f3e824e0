from . import baseline
from . import portal
from . import register
from . import wish
