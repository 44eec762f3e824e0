from . import baseline
from . import change_log
from . import portal
from . import portal_signoff
from . import portal_versions
from . import register
from . import wish
from . import signoff_paper
