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
        # stages and types before the modes that list them
        "data/project_requirement_stage_data.xml",
        "data/project_requirement_type_data.xml",
        "data/project_requirement_priority_data.xml",
        "data/delivery_mode_data.xml",
        "data/mail_activity_type_data.xml",
        "data/ir_cron_data.xml",
    ],
    "demo": [
        "demo/res_users_demo.xml",
        "demo/project_project_demo.xml",
        "demo/project_requirement_demo.xml",
    ],
    "application": True,
}
