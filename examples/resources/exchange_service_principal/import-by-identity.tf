import {
  to = exchange_service_principal.room_booking
  identity = {
    object_id = "33333333-3333-3333-3333-0000000000cc"
  }
}
