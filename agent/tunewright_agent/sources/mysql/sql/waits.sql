SELECT thread_id AS thread, event_name AS event FROM performance_schema.events_waits_current
WHERE end_event_id IS NULL AND event_name <> 'idle' ORDER BY thread_id, event_id
