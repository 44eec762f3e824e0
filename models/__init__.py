# ruff: noqa: I001 (the order is the reading order)
# shared by every document
from . import delivery_guarded_mixin
from . import delivery_search_mixin
from . import delivery_thread_mixin
from . import delivery_stage_mixin
from . import delivery_staged_mixin
from . import delivery_mode
from . import delivery_channel
from . import project_party

# content that can be agreed
from . import signoff_mixin
from . import signoff_line_mixin

# requirements
from . import project_requirement_stage
from . import project_requirement_type
from . import project_requirement_priority
from . import project_requirement_section
from . import project_requirement_tag
from . import project_requirement
from . import project_requirement_place
from . import project_requirement_lifecycle
from . import project_requirement_wish
from . import project_requirement_numbering
from . import project_requirement_screen
from . import project_requirement_quick_entry
from . import project_requirement_criterion
from . import project_requirement_indicator
from . import project_requirement_register

# extensions of other models
from . import project_project
from . import project_project_screen
from . import project_project_papers
from . import res_company
from . import res_config_settings
from . import res_partner

# figures
from . import delivery_board
