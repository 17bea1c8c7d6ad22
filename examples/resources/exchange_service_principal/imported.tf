# What the import examples bring under Terraform's control.

resource "exchange_service_principal" "room_booking" {
  app_id       = "22222222-2222-2222-2222-0000000000cc"
  object_id    = "33333333-3333-3333-3333-0000000000cc"
  display_name = "Room Booking"
}
