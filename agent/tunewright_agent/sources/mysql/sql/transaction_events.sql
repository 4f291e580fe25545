SELECT count_star AS counted FROM performance_schema.events_transactions_summary_global_by_event_name WHERE event_name = 'transaction'
