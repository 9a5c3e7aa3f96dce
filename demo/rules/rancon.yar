rule Vigie_Rancon_Note_Bitcoin
{
    meta:
        author = "Vigie"
        description = "Ransom note: asks for Bitcoin at an address and speaks of encrypted files"
        reference = "https://attack.mitre.org/techniques/T1486/"
        tlp = "CLEAR"
        confidence = 80
    strings:
        $fr1 = "vos fichiers" nocase ascii wide
        $fr2 = "chiffr" nocase ascii wide
        $en1 = "your files" nocase ascii wide
        $en2 = "encrypted" nocase ascii wide
        $pay = "bitcoin" nocase ascii wide
        $to1 = "adresse" nocase ascii wide
        $to2 = "portefeuille" nocase ascii wide
        $to3 = "wallet" nocase ascii wide
        $to4 = "address" nocase ascii wide
    condition:
        filesize < 256KB and $pay and any of ($to*) and (all of ($fr*) or all of ($en*))
}

rule Vigie_WannaCry_Adresses
{
    meta:
        author = "Vigie"
        description = "Payment addresses published for WannaCry and NotPetya in 2017"
        reference = "https://www.cisa.gov/news-events/alerts/2017/05/12/indicators-associated-wannacry-ransomware"
        tlp = "CLEAR"
        confidence = 90
    strings:
        $w1 = "13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94" ascii wide
        $w2 = "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw" ascii wide
        $w3 = "115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn" ascii wide
        $n1 = "1Mz7153HMuxXTuR2R1t78mGSdzaAtNbBWX" ascii wide
    condition:
        any of them
}
