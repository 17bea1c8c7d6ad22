import {
  to = exchange_service_principal.room_booking
  id = "33333333-3333-3333-3333-0000000000cc"
}
