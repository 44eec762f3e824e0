from . import signoff_paper
from . import signoff_round_paper
from . import project_requirement_paper
from . import report_specification
from . import report_confirmation_slip
from . import report_change_log
from . import report_acceptance
from . import report_issue_list
