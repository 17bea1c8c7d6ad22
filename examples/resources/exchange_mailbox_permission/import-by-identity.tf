import {
  to = exchange_mailbox_permission.info_adele
  identity = {
    mailbox_guid = "7c3ba23d-bbe6-571f-8a74-a816cb61552b"
    user_sid     = "S-1-5-21-724521725-2336880675-2689004279-1821131"
  }
}
