# shellcheck shell=sh
# The files that the story plants on the disk; read by make_disk.sh, which defines plant() and stamp().
# Ages in seconds before now: the mail arrived six days ago, the note appeared two days ago.
hour=3600 day=86400
mail_age=$((6 * day + 3 * hour)) first_beacon=$((5 * day + 20 * hour)) note_age=$((2 * day + 2 * hour))

domain=maj-securite-poste.vqx7dzrelais.net
url=http://$domain/kb/4012598/poste.php
depot=depot-factures.hk3wzqlmur.com
depot_url=http://$depot/f/2017-0612.html
sender=facturation@hk3wzqlmur.com
c2=84.205.75.214
backup=84.205.69.37
btc=115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn
contact=wowsmith123456@posteo.net
user=/Users/compta
temp=$user/AppData/Local/Temp

note() {
  cat <<END
VOS FICHIERS SONT BLOQUES

Tous les documents de ce poste ont ete chiffres. Pour retrouver vos fichiers, envoyez
300 euros en bitcoin a l'adresse suivante :

    $btc

Ecrivez ensuite a $contact avec votre numero de poste.
(Texte de demonstration : rien n'est chiffre sur ce disque.)
END
}
note_marks="btc=$btc email=$contact filename=@Please_Read_Me@.txt"
note_rules="Vigie_Rancon_Note_Bitcoin Vigie_WannaCry_Adresses"
note | plant ntfs "$user/Desktop/@Please_Read_Me@.txt" kept $note_age "$note_marks" "$note_rules"
note | plant ntfs "$user/Documents/@Please_Read_Me@.txt" kept $note_age "$note_marks" "$note_rules"

# The mail: a listed sender and relay, one link made harmless by the mail gateway, one left as it was.
sed 's/$/\r/' <<END | plant ntfs "$user/AppData/Local/Mail/Facture_2017-0612.eml" kept $mail_age "email=$sender ipv4=$backup domain=$depot url=$depot_url domain=$domain url=$url" -
Return-Path: <$sender>
Received: from mta3.hk3wzqlmur.com (unknown [$backup])
	by mail.menuiserie-du-golfe.example with ESMTP id 4Yf0Qm2Lz7z1;
	$(stamp $mail_age '%a, %d %b %Y %H:%M:%S +0000')
From: "Service facturation" <$sender>
To: compta@menuiserie-du-golfe.example
Subject: =?utf-8?Q?Facture_2017-0612_:_dernier_rappel?=
Date: $(stamp $mail_age '%a, %d %b %Y %H:%M:%S +0000')
Message-ID: <20170612.1187@hk3wzqlmur.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_golfe_1"

--=_golfe_1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Bonjour,

Sauf erreur de notre part, la facture 2017-0612 reste impayée.
[lien neutralisé par la passerelle : hxxp://depot-factures[.]hk3wzqlmur[.]com/f/2017-0612.html]
Après ouverture, votre poste se mettra à jour auprès de maj-securite-poste[.]vqx7dzrelais[.]net.

Le service facturation
--=_golfe_1
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>Bonjour,</p><p><a href="$depot_url">Consulter la facture</a></p>
<img src="$url" width="1" height="1" alt="">
--=_golfe_1--
END

plant ntfs "$user/Downloads/2017-0612.html" deleted $((mail_age - 300)) "url=$depot_url domain=$depot domain=$domain url=$url" - <<END
<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Facture 2017-0612</title>
<link rel="canonical" href="$depot_url"></head>
<body><h1>Facture 2017-0612</h1><p>Le module de lecture se charge depuis <a href="$url">le service</a>.</p></body></html>
END

base64 -d <<'END' | plant ntfs "$user/Downloads/Facture_2017-0612.zip" kept $((mail_age - 400)) "domain=$depot url=$depot_url" -
UEsDBBQAAAAIAIA5NFo5rt+1bwAAAIQAAAAVAAAARmFjdHVyZV8yMDE3LTA2MTIudHh0PYxBCsMg
EADvvmIf0GiSQgu5tuQfsq4oVTfVlUJfn5BCYY4zs1qUXgnmcboP422a1YNL60msRC6wQBDZFmMc
bSyD/9lNh9f1832n3KtGzsabf6+D5KSejD1TEfARJXpwdJCPs9RzfIFmSwNkR1rtUEsDBBQAAAAI
AIA5NFqOWKK6LQAAAKAAAAANAAAATElTRVotTU9JLnR4dAvILy1SyC8tK8osUshJVEhLTC4pLUrV
USguzSxLrVLISVXIyUzN0+MKGCB1AFBLAQIUAxQAAAAIAIA5NFo5rt+1bwAAAIQAAAAVAAAAAAAA
AAAAAACkAQAAAABGYWN0dXJlXzIwMTctMDYxMi50eHRQSwECFAMUAAAACACAOTRajliiui0AAACg
AAAADQAAAAAAAAAAAAAApAGiAAAATElTRVotTU9JLnR4dFBLBQYAAAAAAgACAH4AAAD6AAAAAAA=
END

# Text of known hash: the MISP event lists it as a loader.
printf 'Vigie demonstration file 1. Harmless text that stands in for a loader: nothing here can run.\n' |
  plant ntfs "$temp/maj_poste.bin" kept $first_beacon "sha256=244564a9e3b98c25e62df1523d9f53d7e6590a7b9b130aebd64a3064a70c9873 md5=40d68cf5149da97619b12cda0b7844d3" -
printf 'Vigie demonstration file 2. Harmless text that stands in for a second stage: nothing here can run.\n' |
  plant ntfs /Windows/Temp/tasksche.exe deleted $((note_age + hour)) "sha256=5a2fe7b4a561ccd76ea712d304eab8187c8082f769bb16b680b82d81a8920c90 filename=tasksche.exe" -

i=0
while [ $i -lt 120 ]; do
  echo "$(stamp $((first_beacon - i * 2400)) '%Y-%m-%dT%H:%M:%SZ') balise $url statut=204"
  i=$((i + 1))
done | plant ntfs "$temp/relais.log" deleted $((first_beacon - 119 * 2400)) "domain=$domain url=$url" -

{
  printf '#Version: 1.5\r\n#Software: Microsoft Windows Firewall\r\n#Time Format: UTC\r\n'
  printf '#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path\r\n\r\n'
  i=0
  while [ $i -lt 240 ]; do
    case $((i % 12)) in
      0) to="TCP 192.168.56.21 $c2 $((49200 + i)) 443" ;;
      1 | 5 | 9) to="UDP 192.168.56.21 9.9.9.9 $((49200 + i)) 53" ;;
      2) to="TCP 192.168.56.21 84.205.75.21 $((49200 + i)) 443" ;;
      3) to="TCP 192.168.56.21 192.168.56.5 $((49200 + i)) 445" ;;
      7) to="TCP 192.168.56.21 184.205.75.214 $((49200 + i)) 80" ;;
      *) to="TCP 192.168.56.21 192.168.56.1 $((49200 + i)) 3128" ;;
    esac
    printf '%s ALLOW %s 0 - 0 0 0 - - - SEND\r\n' "$(stamp $((first_beacon - i * 1500)) '%Y-%m-%d %H:%M:%S')" "$to"
    i=$((i + 1))
  done
} | plant ntfs /Windows/System32/LogFiles/Firewall/pfirewall.log kept $note_age "ipv4=$c2 ipv4=9.9.9.9" -

plant ntfs /Windows/Temp/evenements.txt kept $((note_age - 600)) "mutex=Global\\\\RelaisPosteUnique01" "Vigie_Effacement_Journaux Vigie_Suppression_Copies_Secours" <<END
$(stamp $((note_age + 300)) '%Y-%m-%d %H:%M:%S')	4688	Security	compta	Nouveau processus : $temp/maj_poste.bin
$(stamp $((note_age + 299)) '%Y-%m-%d %H:%M:%S')	9001	Outil	compta	Objet cree : Global\\RelaisPosteUnique01
$(stamp $((note_age + 120)) '%Y-%m-%d %H:%M:%S')	4688	Security	compta	Ligne de commande : vssadmin delete shadows /all /quiet
$(stamp $((note_age + 60)) '%Y-%m-%d %H:%M:%S')	4688	Security	compta	Ligne de commande : wevtutil cl System
$(stamp $((note_age + 59)) '%Y-%m-%d %H:%M:%S')	4688	Security	compta	Ligne de commande : wevtutil cl Security
$(stamp $((note_age + 58)) '%Y-%m-%d %H:%M:%S')	1102	Security	compta	Le journal a ete efface
END

printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR' '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*' |
  plant ntfs "$user/Downloads/eicar.com.txt" kept $((30 * day)) "sha256=275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f md5=44d88612fea8a8f36de82e1278abb02f" Vigie_EICAR_Fichier_Essai

plant ntfs "$user/Documents/Macros/module1.txt" kept $((mail_age - 500)) - Vigie_Macro_Ouverture_Automatique <<'END'
' Extrait de macro releve dans une facture, reduit a ses noms : aucun code utile.
Sub AutoOpen()
    ' le document d'origine appelait WScript.Shell ici
End Sub
END

plant ntfs "$user/Documents/devis.html" kept $((40 * day)) - - <<'END'
<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Devis escalier</title></head>
<body><h1>Devis 418</h1><p>Escalier quart tournant, chêne. Voir https://www.service-public.fr/ pour les délais.</p></body></html>
END

base64 -d <<'END' | plant ntfs "$user/Documents/plan-atelier.png" kept $((50 * day)) - -
iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAATUlEQVR42mP48OH1oEIMg9RBclbx
A47QHTSwATPqoFEHjToIvymjDhp10KiDRpCDBldtPxplow4addCog0YdNOqgQeWgwdWVHh39wIkA
RkNEgnNA7HMAAAAASUVORK5CYII=
END

plant ntfs "$user/Documents/vide.txt" kept $((12 * day)) "md5=d41d8cd98f00b204e9800998ecf8427e" - </dev/null
mkdir -p "$ntfs$user/Documents/Divers"
echo 'Relevé de décembre : rien à signaler.' >"$ntfs$user/Documents/Divers/Relevé décembre.txt"

# Five mebibytes with the rare name across the first mebibyte's end.
awk 'BEGIN { for (i = 0; i < 110000; i++) printf "%07d;planche de chene;lot %05d;rayon %02d;%d\r\n", i, i * 7919 % 99991, i % 40, i % 13 }' |
  head -c 5242880 >"$work/inventaire"
printf ' %s ' "$domain" | dd of="$work/inventaire" bs=1 seek=1048558 conv=notrunc 2>/dev/null
plant ntfs "$user/Documents/Archives/inventaire.dat" kept $((5 * day)) "domain=$domain" - <"$work/inventaire"

# --- the backup volume
i=0
while [ $i -lt 300 ]; do
  at=$((now - first_beacon + i * 1100))
  case $((i % 25)) in
    3) req="TCP_MISS/204 312 GET $url - HIER_DIRECT/$c2 -" ;;
    11) req="TCP_TUNNEL/200 3911 CONNECT cdn1.$domain:443 - HIER_DIRECT/$c2 -" ;;
    7 | 17) req="TCP_MISS/200 512 GET http://9.9.9.9/dns-query - HIER_DIRECT/9.9.9.9 application/dns-message" ;;
    5) req="TCP_MISS/200 8123 GET http://maj-securite-poste.vqx7dzrelais.net.example.org/ - HIER_DIRECT/192.168.56.9 text/html" ;;
    *) req="TCP_TUNNEL/200 $((2000 + i * 37)) CONNECT www.service-public.fr:443 - HIER_DIRECT/160.92.168.33 -" ;;
  esac
  printf '%d.%03d %6d 192.168.56.21 %s\n' "$at" $((i * 7 % 1000)) $((20 + i % 300)) "$req"
  i=$((i + 1))
done | plant ext4 /nas/proxy/access.log kept $note_age "domain=$domain url=$url ipv4=$c2 ipv4=9.9.9.9" -

plant ext4 /nas/proxy/dns-cache.txt kept $note_age "domain=iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com domain=$domain ipv4=$c2" Vigie_WannaCry_Domaine_Arret <<END
$domain.	300	IN	A	$c2
www.iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com.	60	IN	A	192.168.56.9
www.service-public.fr.	600	IN	A	160.92.168.33
END

plant ext4 '/nas/@Please_Read_Me@.txt' kept $((90 * day)) "filename=@Please_Read_Me@.txt" - <<'END'
Consignes de sauvegarde : brancher le disque le vendredi, le debrancher le lundi.
END

plant ext4 /nas/compta/notes_compta.txt deleted $((note_age + 2 * hour)) "email=$sender" - <<END
Appel du fournisseur : il n'a jamais envoye la facture 2017-0612.
Adresse a bloquer : $sender
END
awk 'BEGIN { print "date;beneficiaire;montant"; for (i = 1; i <= 900; i++) printf "%02d/%02d;fournisseur %03d;%d,%02d\n", i % 28 + 1, i % 12 + 1, i % 97, i * 13 % 4000, i % 100 }' |
  plant ext4 /nas/compta/virements.csv deleted $((note_age + hour)) - -
echo "Pages vues le $(stamp $mail_age %Y-%m-%d) : $depot_url" | plant ext4 /nas/compta/historique.txt deleted $((note_age + hour)) "domain=$depot url=$depot_url" -

# A name in Latin-1: not UTF-8, as old file servers leave them. ODD marks it for make_disk.sh.
odd=$(printf '/nas/compta/\351tat_2024.txt')
echo 'Etat des stocks 2024' >"$work/odd"
mkdir -p "$ext/nas/compta"
cp "$work/odd" "$ext$odd"
touch -d "@$((now - 60 * day))" "$ext$odd"
odd_path_b64=$(printf %s "$odd" | base64 -w0)
sum=$(sha256sum <"$work/odd")
printf 'ext4\tODD\tkept\t%d\t%s\t-\t-\n' "$(wc -c <"$work/odd")" "${sum%% *}" >>"$planted"
plant ext4 /nas/compta/vide kept $((20 * day)) "md5=d41d8cd98f00b204e9800998ecf8427e" - </dev/null
