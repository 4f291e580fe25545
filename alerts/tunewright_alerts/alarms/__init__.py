"""CloudWatch alarms as desired state: what there should be (pure), how it differs from what there is (pure), and the calls that make it so."""
