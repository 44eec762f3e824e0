from . import register
from . import baseline
