# ruff: noqa: I001 (the order is the reading order)
# shared by every document
from . import delivery_guarded_mixin
from . import delivery_workday
from . import delivery_event
from . import delivery_event_drain
from . import delivery_search_mixin
from . import delivery_numbered_mixin
from . import delivery_thread_mixin
from . import delivery_portal_mixin
from . import delivery_stage_mixin
from . import delivery_staged_mixin
from . import delivery_mode
from . import delivery_channel
from . import project_party
from . import delivery_robot
from . import delivery_robot_event
from . import delivery_notice
from . import delivery_summary

# content that can be agreed
from . import signoff_mixin
from . import signoff_line_mixin
from . import signoff_evidence_mixin
from . import signoff_snapshot
from . import signoff_void

# rounds of decisions and signatures
from . import signoff_flow
from . import signoff_flow_step
from . import signoff_delegation
from . import signoff_planner
from . import signoff_document_mixin
from . import signoff_document_paper
from . import signoff_round
from . import signoff_round_lock
from . import signoff_round_paper
from . import signoff_round_event
from . import signoff_round_copy
from . import signoff_round_step
from . import signoff_slot
from . import signoff_slot_after
from . import signoff_slot_proof
from . import signoff_slot_link
from . import signoff_slot_portal
from . import signoff_slot_screen
from . import signoff_slot_work
from . import signoff_round_screen
from . import signoff_slot_event
from . import signoff_slot_clock
from . import signoff_round_expiry
from . import signoff_slot_remind
from . import signoff_identity
from . import signoff_decision
from . import signoff_signature
from . import signoff_rendition
from . import signoff_seal
from . import signoff_seal_verify
from . import signoff_check
from . import signoff_check_line

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
from . import project_requirement_version
from . import project_requirement_versioning
from . import project_requirement_link_kind
from . import project_requirement_link
from . import project_baseline
from . import project_baseline_line
from . import project_requirement_amend
from . import project_baseline_signoff
from . import project_baseline_paper
from . import project_requirement_signoff
from . import project_requirement_confirmation

# acceptance
from . import project_acceptance_worded_mixin
from . import project_acceptance_family
from . import project_acceptance_item
from . import project_acceptance_template
from . import project_acceptance_template_item
from . import project_acceptance_kind
from . import project_deliverable
from . import project_acceptance
from . import project_acceptance_defaults
from . import project_acceptance_figures
from . import project_acceptance_flow
from . import project_acceptance_generation
from . import project_acceptance_walk
from . import project_acceptance_portal
from . import project_acceptance_payload
from . import project_acceptance_signoff
from . import signoff_slot_acceptance
from . import project_acceptance_deemed
from . import project_acceptance_deem
from . import project_acceptance_verdict
from . import project_acceptance_item_verdict
from . import project_acceptance_item_content
from . import project_acceptance_issue
from . import project_acceptance_issue_task
from . import project_acceptance_issue_entry
from . import project_acceptance_issue_reminder

# changes of what was agreed
from . import project_change_stage
from . import project_change_dimension
from . import project_change_question
from . import project_change_question_option
from . import project_change_type
from . import project_change_type_dimension
from . import project_change
from . import project_change_commercial
from . import project_change_origin
from . import project_change_line
from . import project_change_line_criterion
from . import project_change_impact
from . import project_change_answer
from . import project_change_assessment
from . import project_change_lifecycle
from . import project_change_condition
from . import project_change_freeze
from . import project_change_conflict
from . import project_change_apply
from . import project_change_result
from . import project_change_urgent
from . import project_change_screen
from . import project_change_signoff
from . import project_change_template
from . import project_change_template_line
from . import project_change_template_impact
from . import project_change_template_signoff
from . import project_change_standard
from . import project_change_log
from . import signoff_slot_change
from . import project_change_portal
from . import project_requirement_version_change
from . import project_requirement_change
from . import delivery_mode_change

# extensions of other models
from . import delivery_mode_acceptance
from . import delivery_mode_signoff
from . import project_project
from . import project_project_screen
from . import project_project_papers
from . import project_project_baseline
from . import project_project_confirmation
from . import project_project_acceptance
from . import project_milestone
from . import project_milestone_gate
from . import project_milestone_override
from . import project_requirement_acceptance
from . import project_requirement_trace
from . import project_requirement_matrix
from . import project_project_coverage
from . import project_task
from . import project_project_change
from . import project_project_handover
from . import ir_http
from . import ir_module_module
from . import res_company
from . import res_config_settings
from . import res_partner
from . import res_users

# figures
from . import delivery_board

# what customers see and do
from . import project_project_portal
from . import project_requirement_portal
from . import project_requirement_filing
from . import mail_message
