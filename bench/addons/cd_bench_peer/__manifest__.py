{
    "name": "Bench: Tier Validation",
    "summary": "A document that is validated in tiers; for bin/bench alone",
    "version": "19.0.1.0.0",
    "author": "Customer Delivery contributors",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["base_tier_validation"],
    "data": ["security/ir.model.access.csv"],
}
