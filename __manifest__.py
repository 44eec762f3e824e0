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
    "data": [],
    "application": True,
}
