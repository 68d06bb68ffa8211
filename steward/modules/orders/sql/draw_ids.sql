SELECT nextval('orders_order_id_seq'), nextval('kernel_event_id_seq') FROM generate_series(1, %(count)s::integer)
