"""Iran as an actor: it deals with Kabul, shelters the resistance, counsels Dushanbe, opens a road."""
