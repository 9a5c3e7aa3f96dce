rule Vigie_EICAR_Fichier_Essai
{
    meta:
        author = "Vigie"
        description = "The standard anti-malware test string, harmless by design, at the start of a file"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        tlp = "CLEAR"
        confidence = 100
    strings:
        $eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    condition:
        $eicar at 0 and filesize < 129
}
