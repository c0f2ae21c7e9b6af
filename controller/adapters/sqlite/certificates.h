#pragma once

#include "ports/store.h"

namespace balancer::adapters::sqlite {

class Database;
class SecretBox;

using StoredCertificates = decltype(ports::DesiredState::certificates);

/// The certificates of ports::Store on the tables of resources/sql; a certificate's id is the context its private key
/// is sealed for. Blocking.
Result<bool> hasCertificates(Database &database);
/// Corrupt when a private key was not sealed by `box` for its certificate.
Result<void> loadCertificates(Database &database, const SecretBox &box, StoredCertificates &certificates);
/// Conflict as ports::Store::save.
Result<void> saveCertificate(Database &database, const SecretBox &box, const ports::CertificateChange &change,
                             Revision revision);

} // namespace balancer::adapters::sqlite
