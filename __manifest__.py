{
    "name": "Customer Delivery",
    "summary": "From the customer's need to the customer's satisfaction, as one provable line",
    "version": "19.0.1.0.0",
    "category": "Services/Project",
    "license": "LGPL-3",
    "author": "Customer Delivery contributors",
    "depends": [
        "calendar",
        "project",
        "survey",
    ],
    "data": [
        # groups before the access lines and rules that name them
        "security/customer_delivery_groups.xml",
        "security/ir.model.access.csv",
        "security/customer_delivery_rules.xml",
        "security/customer_delivery_wizard_rules.xml",
        "security/delivery_board_rules.xml",
        "security/requirement_dialog_rules.xml",
        # stages and types before the modes that list them
        "data/project_requirement_stage_data.xml",
        "data/project_requirement_type_data.xml",
        "data/project_requirement_priority_data.xml",
        "data/delivery_mode_data.xml",
        "data/mail_activity_type_data.xml",
        "data/ir_cron_data.xml",
        # wizards before the views whose buttons open them
        "wizard/delivery_share_views.xml",
        "wizard/project_delivery_contract_views.xml",
        "wizard/project_delivery_enable_views.xml",
        "wizard/project_requirement_paste_views.xml",
        "wizard/project_requirement_record_views.xml",
        "wizard/project_requirement_void_views.xml",
        # views before the actions that name them
        "views/delivery_mode_views.xml",
        "views/delivery_channel_views.xml",
        "views/project_party_views.xml",
        "views/project_requirement_stage_views.xml",
        "views/project_requirement_type_views.xml",
        "views/project_requirement_views.xml",
        "views/project_requirement_form_views.xml",
        "views/project_requirement_actions.xml",
        "views/project_project_views.xml",
        "views/delivery_board_views.xml",
        "views/quick_entry_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        # papers: the style and the signatures before those who call them
        "report/requirement_paper_templates.xml",
        "report/report_specification.xml",
        "report/report_confirmation_slip.xml",
        "wizard/project_requirement_print_views.xml",
        "wizard/project_requirement_import_views.xml",
        # menus last: they name the actions
        "views/customer_delivery_menus.xml",
    ],
    "demo": [
        "demo/res_users_demo.xml",
        "demo/project_project_demo.xml",
        "demo/project_requirement_demo.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "customer_delivery/static/src/components/**/*",
            "customer_delivery/static/src/quick_entry/**/*",
            "customer_delivery/static/src/views/**/*",
        ],
        "web.assets_tests": [
            "customer_delivery/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "customer_delivery/static/tests/*.test.js",
        ],
    },
    "application": True,
}
