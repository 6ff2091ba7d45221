-- Certificates of the metadata that no signature is held against: [[SHA-256 fingerprint or null, why], …].
alter table app.saml_connections add column unusable_certificates jsonb not null default '[]';
