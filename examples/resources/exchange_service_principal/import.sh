# By the application id, or by the object id of the enterprise application.
terraform import exchange_service_principal.room_booking 22222222-2222-2222-2222-0000000000cc
