{
    "name": "Bench: Customer Delivery",
    "summary": "A document that goes through rounds; for bin/bench alone",
    "version": "19.0.1.0.0",
    "author": "Customer Delivery contributors",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["customer_delivery"],
    "data": ["security/ir.model.access.csv"],
}
