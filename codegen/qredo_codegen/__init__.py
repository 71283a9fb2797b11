"""From the descriptions in `spec/` to the packages in `generated/`: overlay, rules, generator. Not in the wheel."""
