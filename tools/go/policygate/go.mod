module freehold.dev/tools/policygate

go 1.26.0
