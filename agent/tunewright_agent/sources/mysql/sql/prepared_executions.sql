SELECT count_star AS executions FROM performance_schema.events_statements_summary_global_by_event_name WHERE event_name = 'statement/com/Execute'
