# By the mailbox and the trustee, in any of their identities. An entry that denies has "|deny" behind them.
terraform import exchange_mailbox_permission.info_adele 'info@contoso.com|adele@contoso.com'
