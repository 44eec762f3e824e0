from . import delivery_share
from . import project_delivery_contract
from . import project_delivery_enable
from . import project_requirement_paste
from . import project_requirement_record
from . import project_requirement_void
